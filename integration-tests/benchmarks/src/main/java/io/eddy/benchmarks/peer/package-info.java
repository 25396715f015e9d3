/// libtorch and ONNX Runtime, each fed with a model written here as text or bytes.
@NullMarked
package io.eddy.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
