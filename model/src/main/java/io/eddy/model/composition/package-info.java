/// Networks put together from cells and ops: both directions of time, convolutions, residual
/// blocks.
@NullMarked
package io.eddy.model.composition;

import org.jspecify.annotations.NullMarked;
