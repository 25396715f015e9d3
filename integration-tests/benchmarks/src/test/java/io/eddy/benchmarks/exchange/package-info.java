/// Eddy's ONNX files against ONNX Runtime, out and in.
@NullMarked
package io.eddy.benchmarks.exchange;

import org.jspecify.annotations.NullMarked;
