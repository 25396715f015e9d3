package io.eddy.model.embedding;

import io.eddy.model.kernel.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A vector for each of a list of words. Immutable.
public final class WordVectors {

  private final List<String> words;
  private final Map<String, Integer> indices = new HashMap<>();
  private final int dimension;
  private final float[] values; // (words, dimension)
  private final float[] norms; // of each word
  private final Kernels kernels = Kernels.best();

  /// @param words each once
  /// @param values (words, dimension), finite, taken over
  public WordVectors(List<String> words, int dimension, float[] values) {
    if (dimension < 1 || values.length != Math.multiplyExact(words.size(), dimension)) {
      throw new IllegalArgumentException(
          values.length + " values for " + words.size() + " words of dimension " + dimension);
    }
    this.words = List.copyOf(words);
    this.dimension = dimension;
    this.values = values;
    norms = new float[words.size()];
    for (int i = 0; i < norms.length; i++) {
      if (indices.put(this.words.get(i), i) != null) {
        throw new IllegalArgumentException("the word \"" + words.get(i) + "\" is there twice");
      }
      norms[i] = norm(values, i * dimension);
      if (!Float.isFinite(norms[i])) {
        throw new IllegalArgumentException(
            "the vector of \"" + words.get(i) + "\" is not finite or too long");
      }
    }
  }

  /// All words, in order.
  public List<String> words() {
    return words;
  }

  public int dimension() {
    return dimension;
  }

  public boolean contains(String word) {
    return indices.containsKey(word);
  }

  /// A copy of a word's vector, (dimension).
  ///
  /// @throws IllegalArgumentException if the word is not known
  public float[] vector(String word) {
    int at = index(word) * dimension;
    return java.util.Arrays.copyOfRange(values, at, at + dimension);
  }

  private int index(String word) {
    Integer index = indices.get(word);
    if (index == null) {
      throw new IllegalArgumentException(
          "the word \"" + word + "\" is none of the " + words.size() + " known ones");
    }
    return index;
  }

  private float norm(float[] vector, int offset) {
    return (float) Math.sqrt(kernels.dot(vector, offset, vector, offset, dimension));
  }

  /// The cosine between two words' vectors, -1 to 1; 0 if one of them is zero.
  public float similarity(String one, String other) {
    int i = index(one);
    return cosine(values, i * dimension, norms[i], index(other));
  }

  private float cosine(float[] vector, int offset, float norm, int word) {
    float scale = norm * norms[word];
    return scale > 0 ? kernels.dot(vector, offset, values, word * dimension, dimension) / scale : 0;
  }

  /// A word and how near it is.
  ///
  /// @param similarity cosine
  public record Neighbour(String word, float similarity) {}

  /// The words nearest to a word, without itself, nearest first.
  public List<Neighbour> nearest(String word, int count) {
    return nearest(vector(word), count, Set.of(word));
  }

  /// What is to `c` as `b` is to `a`: the words nearest to `b - a + c`, all three of unit length
  /// (Mikolov et al. 2013c), nearest first, without the three.
  public List<Neighbour> analogy(String a, String b, String c, int count) {
    float[] sum = new float[dimension];
    addUnit(a, -1, sum);
    addUnit(b, 1, sum);
    addUnit(c, 1, sum);
    return nearest(sum, count, Set.copyOf(List.of(a, b, c)));
  }

  private void addUnit(String word, float sign, float[] sum) {
    int i = index(word);
    if (norms[i] > 0) {
      kernels.addScaled(sign / norms[i], values, i * dimension, sum, 0, dimension);
    }
  }

  /// The words nearest to a vector, nearest first; equally near ones in their order here.
  ///
  /// @param vector (dimension)
  /// @param excluded words that are no answer
  public List<Neighbour> nearest(float[] vector, int count, Set<String> excluded) {
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "a vector of " + vector.length + " floats, expected " + dimension);
    }
    float norm = norm(vector, 0);
    List<Neighbour> all = new ArrayList<>();
    for (int i = 0; i < norms.length; i++) {
      if (!excluded.contains(words.get(i))) {
        all.add(new Neighbour(words.get(i), cosine(vector, 0, norm, i)));
      }
    }
    all.sort(Comparator.comparingDouble(Neighbour::similarity).reversed());
    return List.copyOf(all.subList(0, Math.min(count, all.size())));
  }

  /// Writes the text format of word2vec: a line with the number of words and the dimension, then a
  /// line per word, word and numbers separated by spaces. Reading it back gives the same floats.
  ///
  /// @throws IllegalArgumentException if a word holds white space, which the format cannot hold
  public void write(Writer to) throws IOException {
    to.write(words.size() + " " + dimension + "\n");
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException(
            "the word \""
                + word
                + "\" is empty or holds white space, which separates the"
                + " format's columns: replace it before training");
      }
      var line = new StringBuilder(word);
      for (int j = 0; j < dimension; j++) {
        line.append(' ').append(values[i * dimension + j]);
      }
      to.write(line.append('\n').toString());
    }
  }

  /// Reads the text format of word2vec, as gensim, fastText and [#write] write it.
  ///
  /// @throws IOException if it cannot be read, or is not of that format; the message names the line
  public static WordVectors read(BufferedReader from) throws IOException {
    String header = from.readLine();
    String[] sizes = header == null ? new String[0] : header.strip().split(" +", -1);
    if (sizes.length != 2 || !sizes[0].matches("\\d{1,9}") || !sizes[1].matches("\\d{1,6}")) {
      throw new IOException(
          "line 1 is \""
              + abbreviated(String.valueOf(header))
              + "\", expected the number of words and the dimension, as in \"400000 100\""
              + " (GloVe's own files lack that line: add it)");
    }
    int count = Integer.parseInt(sizes[0]);
    int dimension = Integer.parseInt(sizes[1]);
    List<String> words = new ArrayList<>();
    // Grown while reading: a header alone must not ask for any amount of memory.
    float[] values = new float[(int) Math.min(1L << 16, (long) count * dimension)];
    for (int i = 0; i < count; i++) {
      String line = from.readLine();
      if (line == null) {
        throw new IOException(
            "the file ends after " + i + " words, its first line promises " + count);
      }
      String[] columns = line.stripTrailing().split(" ", -1);
      if (columns.length != dimension + 1) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "line %d has %d columns, expected a word and %d numbers: \"%s\"",
                i + 2,
                columns.length,
                dimension,
                abbreviated(line)));
      }
      int at = i * dimension;
      if (at + dimension > values.length) {
        long grown = Math.min((long) count * dimension, 2L * values.length + dimension);
        values = java.util.Arrays.copyOf(values, Math.toIntExact(grown));
      }
      words.add(columns[0]);
      for (int j = 0; j < dimension; j++) {
        values[at + j] = number(columns[j + 1], i + 2);
      }
    }
    try {
      return new WordVectors(words, dimension, java.util.Arrays.copyOf(values, count * dimension));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static float number(String text, int line) throws IOException {
    try {
      return Float.parseFloat(text);
    } catch (NumberFormatException e) {
      throw new IOException(
          "line " + line + " holds \"" + abbreviated(text) + "\", expected a number", e);
    }
  }

  private static String abbreviated(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
