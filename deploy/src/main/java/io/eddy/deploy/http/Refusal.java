package io.eddy.deploy.http;

import io.javalin.http.HttpStatus;

/// A request that is not answered as it was meant; the message says why, for whoever sent it.
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final HttpStatus status;

  Refusal(HttpStatus status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  HttpStatus status() {
    return status;
  }
}
