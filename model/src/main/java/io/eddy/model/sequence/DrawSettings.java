package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;

/// How a text is drawn from what a network holds for likely.
///
/// @param endSymbol that ends it
/// @param maxLength most symbols, the end not counted
/// @param temperature what logits are divided by: 1 draws as the network believes, less draws
///   likelier ones, 0 takes the likeliest
/// @param topK only so many of the likeliest symbols are drawn from (Fan et al. 2018); 0 for all
/// @param topP only the likeliest symbols are drawn from that together have at least this
///   probability (nucleus sampling, Holtzman et al. 2020); 1 for all
public record DrawSettings(
    int endSymbol, int maxLength, double temperature, int topK, double topP) {

  public DrawSettings {
    ProgramBuilder.require(
        maxLength >= 0 && topK >= 0,
        maxLength + " symbols of the " + topK + " likeliest, expected none below 0");
    ProgramBuilder.require(
        temperature >= 0 && topP > 0 && topP <= 1,
        "a temperature of "
            + temperature
            + " and a probability of "
            + topP
            + ", expected at least 0, and above 0 to 1");
  }
}
