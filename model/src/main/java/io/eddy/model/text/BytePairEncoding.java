package io.eddy.model.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Cuts words into pieces that occur often: byte-pair encoding over code points (Sennrich et al.
/// 2016, "Neural machine translation of rare words with subword units", algorithm 1).
///
/// Learned from counted words: at first each code point is a piece, the last of a word another one
/// than the same inside it; then the most frequent pair of neighbours becomes one piece, over and
/// over. Pairs of equal frequency go by their text, so that equal counts give equal merges. A
/// word's pieces follow from the merges in the order in which they were learned.
///
/// Pieces that a word goes on after end in [#CONTINUED], as in the authors' `subword-nmt`.
public final class BytePairEncoding {

  /// What a piece ends in that is not its word's last.
  public static final String CONTINUED = "@@";

  /// Code points of a word that are looked at together. What is longer, such as an address or a
  /// key, is cut there before, so that time grows with the text and not with its square.
  private static final int TOGETHER_MAX = 256;

  private static final Comparator<Merge> BY_TEXT =
      Comparator.comparing(Merge::left).thenComparing(Merge::right);

  private final List<Merge> merges;
  private final Map<Merge, Integer> ranks;

  /// Two pieces that become one, both with [#CONTINUED] where their word goes on.
  ///
  /// @param left piece, which always goes on
  /// @param right piece
  public record Merge(String left, String right) {

    String merged() {
      return left.substring(0, left.length() - CONTINUED.length()) + right;
    }
  }

  private BytePairEncoding(List<Merge> merges) {
    this.merges = List.copyOf(merges);
    ranks = HashMap.newHashMap(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      ranks.putIfAbsent(merges.get(rank), rank);
    }
  }

  /// An encoding as [#merges] gave it.
  public static BytePairEncoding of(List<Merge> merges) {
    return new BytePairEncoding(merges);
  }

  /// Learns an encoding.
  ///
  /// @param words how often each occurs
  /// @param maxMerges merges at most
  /// @param minCount occurrences that a pair needs to be merged
  public static BytePairEncoding learn(Map<String, Long> words, int maxMerges, long minCount) {
    return new Learning(words).run(maxMerges, minCount);
  }

  /// The merges, in the order in which they were learned.
  public List<Merge> merges() {
    return merges;
  }

  /// Cuts a text into the pieces of its words. Pieces lie where their code points do; where a word
  /// is not as long as its place in the text, as lower case can be, each piece lies where the word
  /// does.
  ///
  /// @param words that cuts the text into words
  public Tokenizer tokenizer(Tokenizer words) {
    return text -> {
      List<Token> pieces = new ArrayList<>();
      for (Token word : words.tokenize(text)) {
        boolean exact = word.text().length() == word.end() - word.start();
        List<String> cut = pieces(word.text());
        int at = word.start();
        for (int i = 0; i < cut.size(); i++) {
          String piece = cut.get(i);
          int end = at + piece.length() - (i < cut.size() - 1 ? CONTINUED.length() : 0);
          pieces.add(
              exact ? new Token(piece, at, end) : new Token(piece, word.start(), word.end()));
          at = end;
        }
      }
      return pieces;
    };
  }

  /// The pieces of a word.
  public List<String> pieces(String word) {
    List<String> all = codePoints(word);
    if (all.size() <= TOGETHER_MAX) {
      return merged(all);
    }
    List<String> pieces = new ArrayList<>();
    for (int from = 0; from < all.size(); from += TOGETHER_MAX) {
      pieces.addAll(merged(all.subList(from, Math.min(all.size(), from + TOGETHER_MAX))));
    }
    return pieces;
  }

  private List<String> merged(List<String> codePoints) {
    List<String> pieces = codePoints;
    while (pieces.size() > 1) {
      int best = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        int rank =
            ranks.getOrDefault(new Merge(pieces.get(i), pieces.get(i + 1)), Integer.MAX_VALUE);
        best = Math.min(best, rank);
      }
      if (best == Integer.MAX_VALUE) {
        break;
      }
      pieces = merge(pieces, merges.get(best));
    }
    return pieces;
  }

  /// Puts pieces together: words with a blank between them. A word that itself ends in [#CONTINUED]
  /// loses that, and the blank behind it.
  public static String join(List<String> pieces) {
    var text = new StringBuilder();
    boolean inside = true;
    for (String piece : pieces) {
      if (!inside) {
        text.append(' ');
      }
      inside = isContinued(piece);
      text.append(piece, 0, piece.length() - (inside ? CONTINUED.length() : 0));
    }
    return text.toString();
  }

  /// Whether a piece is not its word's last.
  public static boolean isContinued(String piece) {
    return piece.length() > CONTINUED.length() && piece.endsWith(CONTINUED);
  }

  private static List<String> codePoints(String word) {
    List<String> pieces = new ArrayList<>(word.length());
    int at = 0;
    while (at < word.length()) {
      int end = at + Character.charCount(word.codePointAt(at));
      pieces.add(word.substring(at, end) + (end < word.length() ? CONTINUED : ""));
      at = end;
    }
    return pieces;
  }

  private static List<String> merge(List<String> pieces, Merge merge) {
    List<String> merged = new ArrayList<>(pieces.size());
    int at = 0;
    while (at < pieces.size()) {
      if (at + 1 < pieces.size()
          && pieces.get(at).equals(merge.left)
          && pieces.get(at + 1).equals(merge.right)) {
        merged.add(merge.merged());
        at += 2;
      } else {
        merged.add(pieces.get(at));
        at++;
      }
    }
    return merged;
  }

  /// Counts of pairs, kept up to date merge by merge: only words that hold the merged pair change.
  private static final class Learning {
    private final List<List<String>> words = new ArrayList<>();
    private final List<Long> counts = new ArrayList<>();
    private final Map<Merge, Long> pairs = new HashMap<>();
    private final Map<Merge, Set<Integer>> holders = new HashMap<>();

    Learning(Map<String, Long> counted) {
      counted.forEach(
          (word, count) -> {
            words.add(codePoints(word));
            counts.add(count);
          });
      for (int word = 0; word < words.size(); word++) {
        count(word, 1);
      }
    }

    /// @param sign 1 to count a word's pairs in, -1 to take them out
    private void count(int word, int sign) {
      List<String> pieces = words.get(word);
      for (int i = 0; i + 1 < pieces.size(); i++) {
        var pair = new Merge(pieces.get(i), pieces.get(i + 1));
        if (pairs.merge(pair, sign * counts.get(word), Long::sum) == 0) {
          pairs.remove(pair);
        }
        // A word that no longer holds a pair stays among its holders: looking at it costs little.
        if (sign > 0) {
          holders.computeIfAbsent(pair, _ -> new HashSet<>()).add(word);
        }
      }
    }

    BytePairEncoding run(int maxMerges, long minCount) {
      List<Merge> merges = new ArrayList<>();
      while (merges.size() < maxMerges && !pairs.isEmpty()) {
        Merge best = mostFrequent();
        if (pairs.getOrDefault(best, 0L) < minCount) {
          break;
        }
        merges.add(best);
        Set<Integer> held = holders.remove(best);
        for (int word : held == null ? Set.<Integer>of() : held) {
          count(word, -1);
          words.set(word, merge(words.get(word), best));
          count(word, 1);
        }
      }
      return new BytePairEncoding(merges);
    }

    private Merge mostFrequent() {
      Map.Entry<Merge, Long> best = null;
      for (Map.Entry<Merge, Long> pair : pairs.entrySet()) {
        long lead = best == null ? 1 : pair.getValue() - best.getValue();
        if (lead > 0
            || (lead == 0 && best != null && BY_TEXT.compare(pair.getKey(), best.getKey()) < 0)) {
          best = pair;
        }
      }
      return Objects.requireNonNull(best).getKey();
    }
  }
}
