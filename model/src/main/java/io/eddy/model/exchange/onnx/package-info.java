/// Networks as ONNX files, one step at a time, out and in.
@NullMarked
package io.eddy.model.exchange.onnx;

import org.jspecify.annotations.NullMarked;
