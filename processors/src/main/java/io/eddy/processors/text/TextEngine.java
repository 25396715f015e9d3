package io.eddy.processors.text;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.LanguageModelReader;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.CompletionSettings;
import io.eddy.processors.token.Utf8Symbols;
import io.eddy.schemas.avro.Completion;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One version at work on one task's keys. Not thread-safe.
final class TextEngine {
  private static final double LN_2 = StrictMath.log(2);

  private static final double[] NONE = {};

  private final @Nullable LanguageModelReader reader;
  private final @Nullable Continuation continuation;

  /// @param model null for version 0, which reads nothing and finds nothing surprising
  /// @param completion how messages are continued; null if they are not
  TextEngine(@Nullable TrainedLanguageModel model, @Nullable CompletionSettings completion) {
    reader =
        model == null
            ? null
            : new LanguageModelReader(model.network(), model.parameters(), Kernels.best());
    continuation = model == null || completion == null ? null : new Continuation(model, completion);
  }

  /// How a message might go on, after all that its key said before; nothing is remembered.
  ///
  /// @param state before the message
  /// @param seed of what is drawn
  /// @return none without a model, or where messages are not continued
  List<Completion> complete(TextState state, byte[] message, long seed) {
    LanguageModelReader network = reader;
    Continuation going = continuation;
    if (network == null || going == null) {
      return List.of();
    }
    int before = newest(state);
    network.load(state.network());
    for (byte b : message) {
      network.read(before);
      before = Utf8Symbols.symbol(b);
    }
    float[] read = new float[network.stateSize()];
    network.store(read);
    return going.of(read, before, seed);
  }

  /// Reads a message and its end, and remembers them.
  ///
  /// The network's state that is kept has not read the newest symbol yet: how likely each next one
  /// is follows from that step, and is not part of a state.
  ///
  /// @return bits of each byte and of the end; none without a model
  double[] read(TextState state, byte[] message) {
    LanguageModelReader network = reader;
    if (network == null) {
      for (byte b : message) {
        state.append(Utf8Symbols.symbol(b));
      }
      state.append(Utf8Symbols.END);
      return NONE;
    }
    double[] bits = new double[message.length + 1];
    int before = newest(state);
    network.load(state.network());
    for (int i = 0; i < bits.length; i++) {
      int symbol = i < message.length ? Utf8Symbols.symbol(message[i]) : Utf8Symbols.END;
      network.read(before);
      bits[i] = network.surprise(symbol) / LN_2;
      state.append(symbol);
      before = symbol;
    }
    network.store(state.network());
    return bits;
  }

  private static int newest(TextState state) {
    return state.known() == 0 ? Utf8Symbols.END : state.symbol(0);
  }

  /// Builds the network's state anew from the symbols that are still known: equal to the bit to
  /// that of a key whose first symbols they were, under this version.
  void rewarm(TextState state) {
    LanguageModelReader network = reader;
    if (network == null) {
      Arrays.fill(state.network(), 0);
      return;
    }
    network.load(network.freshState());
    if (state.known() > 0) {
      network.read(Utf8Symbols.END);
    }
    for (int back = state.known() - 1; back >= 1; back--) {
      network.read(state.symbol(back));
    }
    network.store(state.network());
  }
}
