/// What libtorch computes for the layers that Eddy has too, as files for model's tests.
@NullMarked
package io.eddy.benchmarks.golden;

import org.jspecify.annotations.NullMarked;
