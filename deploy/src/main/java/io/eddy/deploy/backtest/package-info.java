/// Forecasts of contenders on recorded series, scored as the benchmarks that others publish on.
@NullMarked
package io.eddy.deploy.backtest;

import org.jspecify.annotations.NullMarked;
