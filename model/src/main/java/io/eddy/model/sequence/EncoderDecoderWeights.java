package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;

/// An encoder and a decoder with what they have learned.
///
/// @param encoder weights, taken over, not copied
/// @param decoder weights, taken over, not copied
public record EncoderDecoderWeights(EncoderDecoder model, Parameters encoder, Parameters decoder) {

  public EncoderDecoderWeights {
    ProgramBuilder.require(
        encoder.specs().equals(model.encoderParameters())
            && decoder.specs().equals(model.decoderParameters()),
        "the weights are for "
            + encoder.specs()
            + " and "
            + decoder.specs()
            + ", which is not the network of "
            + model.spec());
  }

  /// Before any training.
  static EncoderDecoderWeights initial(EncoderDecoderSpec spec, long seed) {
    var model = new EncoderDecoder(spec);
    return new EncoderDecoderWeights(
        model,
        Parameters.initial(model.encoderParameters(), seed),
        Parameters.initial(model.decoderParameters(), seed + 1));
  }

  EncoderDecoderWeights copy() {
    return new EncoderDecoderWeights(model, encoder.copy(), decoder.copy());
  }

  void set(EncoderDecoderWeights other) {
    encoder.set(other.encoder);
    decoder.set(other.decoder);
  }

  /// Learned numbers.
  public int size() {
    return encoder.elementCount() + decoder.elementCount();
  }

  /// What answers by them.
  ///
  /// @param beamCount answers that are followed side by side
  Transducer transducer(int beamCount, Kernels kernels) {
    return new Transducer(model, encoder, decoder, beamCount, kernels);
  }
}
