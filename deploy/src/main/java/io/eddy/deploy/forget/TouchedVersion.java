package io.eddy.deploy.forget;

/// A version of the model whose weights may owe something to a series that was forgotten.
///
/// @param version its number
/// @param because why that may be so
public record TouchedVersion(int version, String because) {}
