/// Simple forecasts that a network has to beat: last value, season, smoothing, theta, ridge.
@NullMarked
package io.eddy.model.baseline;

import org.jspecify.annotations.NullMarked;
