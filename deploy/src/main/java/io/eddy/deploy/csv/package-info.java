/// Recorded series from CSV files, brought into the order of a live stream.
@NullMarked
package io.eddy.deploy.csv;

import org.jspecify.annotations.NullMarked;
