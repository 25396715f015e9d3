/// Arithmetic on float arrays: what a network computes, once as plain loops and once with SIMD, to
/// the same bits.
@NullMarked
package io.eddy.model.kernel;

import org.jspecify.annotations.NullMarked;
