/// From raw values to a network's inputs: the ring, the running scale, the naive forecast.
@NullMarked
package io.eddy.model.series;

import org.jspecify.annotations.NullMarked;
