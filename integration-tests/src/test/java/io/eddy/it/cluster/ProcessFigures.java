package io.eddy.it.cluster;

import com.sun.management.UnixOperatingSystemMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// What a forked instance takes of its machine, asked from outside by the JVM's own interfaces.
public final class ProcessFigures implements AutoCloseable {
  private static final String RESIDENT = "VmRSS:";

  private final long pid;
  private final JMXConnector connector;
  private final MemoryMXBean memory;
  private final ThreadMXBean threads;
  private final UnixOperatingSystemMXBean system;

  /// A look at the process.
  ///
  /// @param heapBytes what is live: used after a full collection
  /// @param residentBytes what the process has of the machine's memory, 0 where the system does not
  ///   tell as Linux does
  /// @param threads of the JVM
  /// @param openFiles sockets included
  public record Sample(long heapBytes, long residentBytes, int threads, long openFiles) {}

  private ProcessFigures(long pid, JMXConnector connector) throws IOException {
    var connection = connector.getMBeanServerConnection();
    this.pid = pid;
    this.connector = connector;
    this.memory = ManagementFactory.getPlatformMXBean(connection, MemoryMXBean.class);
    this.threads = ManagementFactory.getPlatformMXBean(connection, ThreadMXBean.class);
    this.system = ManagementFactory.getPlatformMXBean(connection, UnixOperatingSystemMXBean.class);
  }

  @SuppressWarnings("BanJNDI") // The address is that of a process that this one has started.
  static ProcessFigures of(long pid) {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        var url = new JMXServiceURL(machine.startLocalManagementAgent());
        return new ProcessFigures(pid, JMXConnectorFactory.connect(url));
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IllegalStateException("no figures of process " + pid, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Collects garbage, then looks.
  public Sample sample() {
    memory.gc();
    return new Sample(
        memory.getHeapMemoryUsage().getUsed(),
        residentBytes(),
        threads.getThreadCount(),
        system.getOpenFileDescriptorCount());
  }

  private long residentBytes() {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      connector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
