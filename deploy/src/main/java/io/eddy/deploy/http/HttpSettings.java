package io.eddy.deploy.http;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// Where an application is to be seen, and by whom.
///
/// @param host interface that the server listens on
/// @param port 0 for any that is free
/// @param elsewhere whether a free port will do where this one is taken
public record HttpSettings(String host, int port, boolean elsewhere, Access access) {
  /// The interface that only this machine reaches.
  public static final String LOOPBACK = "127.0.0.1";

  /// The port unless another one is named.
  public static final int PORT = 8098;

  /// @throws UserException if the port is none, or others can reach the host and nothing is asked
  ///   of them
  public HttpSettings {
    if (port < 0 || port > 65_535) {
      throw new UserException(
          ExitCode.USAGE, "--http-port is " + port + ", expected 0 (any) to 65535");
    }
    if (access.isOpen() && !isLoopback(host)) {
      throw new UserException(
          ExitCode.USAGE,
          ("--http-host %s can be reached from other machines, and nothing would be asked of them:"
                  + " name a secret with --http-token-file or --http-login-file (or the variables"
                  + " EDDY_HTTP_TOKEN, EDDY_HTTP_LOGIN), or stay on %s")
              .formatted(host, LOOPBACK));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UserException(
          ExitCode.USAGE,
          "--http-host %s is no address of this machine, expected one such as 0.0.0.0 or %s"
              .formatted(host, LOOPBACK),
          e);
    }
  }

  /// Whether the server listens on all interfaces.
  boolean isEverywhere() {
    try {
      return InetAddress.getByName(host).isAnyLocalAddress();
    } catch (UnknownHostException e) {
      return false; // It was known a moment ago.
    }
  }
}
