/// The topology, on one screen.
@NullMarked
package io.eddy.processors;

import org.jspecify.annotations.NullMarked;
