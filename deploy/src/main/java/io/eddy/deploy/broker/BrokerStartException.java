package io.eddy.deploy.broker;

/// The embedded broker did not start; the message says why and what to do.
public final class BrokerStartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BrokerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
