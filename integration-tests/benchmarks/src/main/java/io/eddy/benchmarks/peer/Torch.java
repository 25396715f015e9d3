package io.eddy.benchmarks.peer;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/// libtorch on the processor, through DJL and without a network: the native library comes from the
/// class path.
public final class Torch implements AutoCloseable {

  private final PtNDManager manager;

  private Torch(PtNDManager manager) {
    this.manager = manager;
  }

  /// Starts libtorch with one thread.
  public static Torch open() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    var torch = new Torch((PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch"));
    torch.threads(1);
    return torch;
  }

  /// libtorch's version.
  public static String version() {
    return Engine.getEngine("PyTorch").getVersion();
  }

  /// Sets the number of threads of one operator.
  public void threads(int count) {
    JniUtils.setNumThreads(count);
  }

  /// The owner of all arrays that live as long as this.
  public PtNDManager manager() {
    return manager;
  }

  /// Compiles methods written in TorchScript.
  ///
  /// @param methods as `torch.jit.save` prints them, each indented by two blanks, with `self:
  ///   __torch__.Program` as first parameter
  public Module compile(String methods) {
    try (var in = new ByteArrayInputStream(TorchScript.archive(methods))) {
      return new Module(JniUtils.loadModule(manager, in, false, false));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read from memory", e);
    }
  }

  /// A tensor in libtorch's memory.
  public NDArray tensor(float[] values, int... shape) {
    long[] sizes = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      sizes[i] = shape[i];
    }
    return manager.create(values, new Shape(sizes));
  }

  /// Compiles a program without arguments over tensors that it keeps.
  ///
  /// @param body Python statements that read and write the list of tensors `k`, indented by four
  ///   blanks
  /// @param kept the tensors; they must stay open
  public Resident resident(String body, NDList kept) {
    Module module =
        compile(
            """
              def keep(self: __torch__.Program, k: List[Tensor]) -> int:
                self.kept = k
                return 0
              def run(self: __torch__.Program) -> Tensor:
                k = self.kept
            %s\
                return k[0]
            """
                .formatted(body));
    PtNDArray[] tensors = kept.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new);
    try (IValue list = IValue.listFrom(tensors)) {
      IValueUtils.runMethod(module.block, "keep", list).close();
    }
    return new Resident(module.block, methodName("run"));
  }

  /// The memory of a tensor, to be read and written from Java.
  public static FloatBuffer memory(NDArray tensor) {
    return JniUtils.getByteBuffer((PtNDArray) tensor, true)
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /// DJL's way to name a method: an array that is no argument.
  private NDArray methodName(String method) {
    NDArray name = manager.create(0f);
    name.setName("module_method:" + method);
    return name;
  }

  @Override
  public void close() {
    manager.close();
  }

  /// Compiled methods.
  public final class Module {

    private final PtSymbolBlock block;

    private Module(PtSymbolBlock block) {
      this.block = block;
    }

    /// Calls a method. Inputs whose names have a dot go in as dictionaries named by what precedes
    /// it.
    public NDList call(String method, NDList inputs) {
      var all = new NDList(inputs);
      if (!method.equals("forward")) {
        all.add(methodName(method));
      }
      return IValueUtils.forward(block, all, true);
    }

    /// As [#call], with gradients for the method to take.
    public NDList callWithGradients(String method, NDList inputs) {
      JniUtils.setGradMode(true);
      try {
        return call(method, inputs);
      } finally {
        JniUtils.setGradMode(false);
      }
    }
  }

  /// A compiled program over tensors of its own.
  public static final class Resident {

    private final PtSymbolBlock block;

    private final NDList method;

    private Resident(PtSymbolBlock block, NDArray methodName) {
      this.block = block;
      method = new NDList(methodName);
    }

    /// Runs it once, without a thought of gradients.
    public void run() {
      IValueUtils.runMethod(block, "run").close();
    }

    /// Runs it once, with gradients for the program to take.
    public void runWithGradients() {
      JniUtils.setGradMode(true);
      try {
        IValueUtils.forward(block, method, true).close();
      } finally {
        JniUtils.setGradMode(false);
      }
    }
  }
}
