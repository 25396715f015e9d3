package io.eddy.model.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The header of a safetensors file: the small part of JSON that the format uses (objects, strings,
/// arrays of whole numbers), read strictly. A JSON library would be this module's only dependency.
///
/// @param metadata free text by key
/// @param tensors where each tensor lies, by name
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {

  /// Where a tensor lies.
  ///
  /// @param type such as F32
  /// @param shape sizes, outermost first
  /// @param begin first byte, counted from the end of the header
  /// @param end byte after the last
  record Entry(String type, List<Long> shape, long begin, long end) {}

  static SafetensorsHeader parse(String text) {
    return new Parser(text).header();
  }

  static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u").append(String.format("%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    SafetensorsHeader header() {
      Map<String, String> metadata = new LinkedHashMap<>();
      Map<String, Entry> tensors = new LinkedHashMap<>();
      members(
          name -> {
            if (name.equals("__metadata__")) {
              members(key -> metadata.put(key, string()));
            } else if (tensors.put(name, entry()) != null) {
              throw malformed("two tensors named " + name);
            }
          });
      skipBlanks();
      if (at < text.length()) {
        throw malformed("the end");
      }
      return new SafetensorsHeader(metadata, tensors);
    }

    private Entry entry() {
      List<String> types = new ArrayList<>();
      List<List<Long>> shapes = new ArrayList<>();
      List<Long> offsets = new ArrayList<>();
      members(
          name -> {
            switch (name) {
              case "dtype" -> types.add(string());
              case "shape" -> shapes.add(List.copyOf(numbers()));
              case "data_offsets" -> offsets.addAll(numbers());
              default -> throw malformed("dtype, shape or data_offsets");
            }
          });
      if (types.size() != 1 || shapes.size() != 1 || offsets.size() != 2) {
        throw malformed("a tensor with one dtype, one shape and two data_offsets");
      }
      return new Entry(types.get(0), shapes.get(0), offsets.get(0), offsets.get(1));
    }

    private void members(java.util.function.Consumer<String> member) {
      expect('{');
      if (peek() == '}') {
        at++;
        return;
      }
      do {
        String name = string();
        expect(':');
        member.accept(name);
      } while (continues('}'));
    }

    private List<Long> numbers() {
      List<Long> numbers = new ArrayList<>();
      expect('[');
      if (peek() == ']') {
        at++;
        return numbers;
      }
      do {
        skipBlanks();
        int start = at;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
          at++;
        }
        if (start == at || at - start > 18) {
          throw malformed("a whole number");
        }
        numbers.add(Long.parseLong(text, start, at, 10));
      } while (continues(']'));
      return numbers;
    }

    private boolean continues(char close) {
      char next = peek();
      at++;
      if (next == ',') {
        return true;
      }
      if (next != close) {
        throw malformed("',' or '" + close + "'");
      }
      return false;
    }

    private String string() {
      expect('"');
      var out = new StringBuilder();
      while (true) {
        char c = next();
        if (c == '"') {
          return out.toString();
        }
        out.append(c == '\\' ? escaped() : c);
      }
    }

    private char escaped() {
      char c = next();
      return switch (c) {
        case '"', '\\', '/' -> c;
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'u' -> {
          int code = 0;
          for (int i = 0; i < 4; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
              throw malformed("four hexadecimal digits");
            }
            code = code * 16 + digit;
          }
          yield (char) code;
        }
        default -> throw malformed("an escape");
      };
    }

    private char next() {
      if (at >= text.length()) {
        throw malformed("more");
      }
      return text.charAt(at++);
    }

    private char peek() {
      skipBlanks();
      if (at >= text.length()) {
        throw malformed("more");
      }
      return text.charAt(at);
    }

    private void expect(char c) {
      if (peek() != c) {
        throw malformed("'" + c + "'");
      }
      at++;
    }

    private void skipBlanks() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private CheckpointException malformed(String expected) {
      return new CheckpointException(
          "the safetensors header is malformed at character " + at + ": expected " + expected);
    }
  }
}
