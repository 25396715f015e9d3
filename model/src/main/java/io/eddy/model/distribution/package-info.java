/// Probability distributions: what their quantiles are, and the special functions behind them.
@NullMarked
package io.eddy.model.distribution;

import org.jspecify.annotations.NullMarked;
