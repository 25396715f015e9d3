package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;
import java.util.Arrays;
import java.util.List;

/// Which tag may follow which, and which may be the first.
public final class TagRules {

  private final boolean[][] follows; // (to, from)
  private final boolean[] begins;

  private TagRules(int tags) {
    ProgramBuilder.require(tags >= 1, tags + " tags, expected at least 1");
    follows = new boolean[tags][tags];
    begins = new boolean[tags];
  }

  /// Every tag may follow every one.
  public static TagRules none(int tags) {
    var rules = new TagRules(tags);
    for (int to = 0; to < tags; to++) {
      rules.begins[to] = true;
      Arrays.fill(rules.follows[to], true);
    }
    return rules;
  }

  /// Spans as BIO (Ramshaw and Marcus 1995, with a B at each begin): `I-x` only follows `B-x` and
  /// `I-x`.
  ///
  /// @param tags their names, by number
  public static TagRules spans(List<String> tags) {
    var rules = new TagRules(tags.size());
    for (int to = 0; to < tags.size(); to++) {
      String entered = tags.get(to);
      boolean goesOn = entered.startsWith("I-");
      rules.begins[to] = !goesOn;
      for (int from = 0; from < tags.size(); from++) {
        String left = tags.get(from);
        rules.follows[to][from] =
            !goesOn
                || left.equals(entered)
                || (left.startsWith("B-") && left.substring(2).equals(entered.substring(2)));
      }
    }
    return rules;
  }

  /// Tags that there are.
  public int tags() {
    return begins.length;
  }

  /// Whether a message may begin with a tag.
  public boolean mayBegin(int tag) {
    return begins[tag];
  }

  /// Whether a tag may come right behind another.
  public boolean mayFollow(int tag, int before) {
    return follows[tag][before];
  }
}
