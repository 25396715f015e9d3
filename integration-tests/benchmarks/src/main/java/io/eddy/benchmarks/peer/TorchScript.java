package io.eddy.benchmarks.peer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes a TorchScript archive, as `torch.jit.save` does, around methods given as text.
///
/// DJL offers a part of libtorch's operators; a TorchScript module reaches all of them, and without
/// a crossing of the border to Java for each. The archive is a zip of stored entries: the code, a
/// pickle of the module (its attribute `kept` is an empty list of tensors that methods may fill),
/// no constants, a version.
final class TorchScript {

  private TorchScript() {}

  /// @param methods Python text of the methods, each indented by two blanks, with `self:
  ///   __torch__.Program` as first parameter
  static byte[] archive(String methods) {
    String code =
        """
        class Program(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          kept : List[Tensor]
        """
            + methods;
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      put(zip, "program/data.pkl", pickledModule());
      put(zip, "program/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
      // Pickle protocol 2: an empty tuple.
      put(zip, "program/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
      put(zip, "program/version", "10\n".getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a zip to memory", e);
    }
    return bytes.toByteArray();
  }

  /// An object of class `__torch__.Program` whose state is `{"training": True, "kept": []}`: PROTO
  /// 2, GLOBAL, EMPTY_TUPLE, NEWOBJ, EMPTY_DICT, MARK, BINUNICODE, NEWTRUE, BINUNICODE, EMPTY_LIST,
  /// SETITEMS, BUILD, STOP.
  private static byte[] pickledModule() {
    var out = new ByteArrayOutputStream();
    out.write(0x80);
    out.write(2);
    out.writeBytes("c__torch__\nProgram\n)".getBytes(StandardCharsets.UTF_8));
    out.write(0x81);
    out.writeBytes("}(X\b\0\0\0training".getBytes(StandardCharsets.UTF_8));
    out.write(0x88);
    out.writeBytes("X\4\0\0\0kept]".getBytes(StandardCharsets.UTF_8));
    out.writeBytes("ub.".getBytes(StandardCharsets.UTF_8));
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    var entry = new ZipEntry(name);
    entry.setTime(0);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    var checksum = new CRC32();
    checksum.update(content);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
