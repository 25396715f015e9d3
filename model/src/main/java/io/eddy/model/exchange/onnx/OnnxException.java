package io.eddy.model.exchange.onnx;

/// A network that ONNX cannot take, or an ONNX file that no program can be made of. The message
/// names the operation with its place, and what was expected.
public final class OnnxException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public OnnxException(String message) {
    super(message);
  }

  public OnnxException(String message, Throwable cause) {
    super(message, cause);
  }
}
