/// The library that charts are drawn by in pages.
@NullMarked
package io.eddy.deploy.chart;

import org.jspecify.annotations.NullMarked;
