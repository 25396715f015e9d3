package io.eddy.model.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Numbers tokens from 0: reserved ones first, then those that were counted, the most frequent
/// first, so that two counts of the same texts give the same numbers.
///
/// It never grows under a network: a version has the vocabulary that it was trained with, and the
/// next training counts anew. What it does not know is [#UNKNOWN].
public final class Vocabulary {

  /// What stands for every token that is not in the vocabulary; its number is 0.
  public static final String UNKNOWN = "<unk>";

  private final List<String> tokens;
  private final Map<String, Integer> numbers;

  private Vocabulary(List<String> tokens) {
    this.tokens = List.copyOf(tokens);
    numbers = HashMap.newHashMap(tokens.size());
    for (int number = 0; number < tokens.size(); number++) {
      if (numbers.put(tokens.get(number), number) != null) {
        throw new IllegalArgumentException(
            "the token \"" + tokens.get(number) + "\" is in the vocabulary twice");
      }
    }
  }

  /// A vocabulary as [#tokens] gave it.
  ///
  /// @param tokens [#UNKNOWN] first
  public static Vocabulary of(List<String> tokens) {
    if (tokens.isEmpty() || !tokens.getFirst().equals(UNKNOWN)) {
      throw new IllegalArgumentException(
          "the first of "
              + tokens.size()
              + " tokens is "
              + (tokens.isEmpty() ? "missing" : "\"" + tokens.getFirst() + "\"")
              + ", expected "
              + UNKNOWN);
    }
    return new Vocabulary(tokens);
  }

  /// How often tokens occur.
  public static final class Counts {
    private final Map<String, Long> counts = new HashMap<>();

    /// Nothing counted yet.
    public Counts() {}

    /// Counts one.
    public void add(String token) {
      counts.merge(token, 1L, Long::sum);
    }

    /// How often a token was seen.
    public long of(String token) {
      return counts.getOrDefault(token, 0L);
    }

    /// The vocabulary of the most frequent tokens.
    ///
    /// @param minCount occurrences that a token needs to get a number
    /// @param maxSize tokens at most, unknown and reserved ones among them
    /// @param reserved tokens that follow [#UNKNOWN], such as start and end of an answer
    public Vocabulary vocabulary(long minCount, int maxSize, String... reserved) {
      List<String> tokens = new ArrayList<>(List.of(UNKNOWN));
      tokens.addAll(List.of(reserved));
      if (maxSize < tokens.size()) {
        throw new IllegalArgumentException(
            "a vocabulary of " + maxSize + " tokens, expected at least " + tokens.size());
      }
      List<String> special = List.copyOf(tokens);
      counts.entrySet().stream()
          .filter(entry -> entry.getValue() >= minCount && !special.contains(entry.getKey()))
          .sorted(
              Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                  .thenComparing(Map.Entry.comparingByKey()))
          .limit(maxSize - special.size())
          .forEach(entry -> tokens.add(entry.getKey()));
      return new Vocabulary(tokens);
    }
  }

  /// Tokens that there are.
  public int size() {
    return tokens.size();
  }

  /// All tokens by number.
  public List<String> tokens() {
    return tokens;
  }

  /// A token's number, 0 for one that is not known.
  public int number(String token) {
    return numbers.getOrDefault(token, 0);
  }

  /// Whether a token has a number of its own.
  public boolean contains(String token) {
    return numbers.containsKey(token);
  }

  /// The token of a number.
  ///
  /// @throws IndexOutOfBoundsException if there is none
  public String token(int number) {
    return tokens.get(number);
  }

  /// The numbers of a text's tokens.
  public int[] numbers(List<Token> text) {
    return text.stream().mapToInt(token -> number(token.text())).toArray();
  }
}
