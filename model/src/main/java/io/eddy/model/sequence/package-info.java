/// From sequences to sequences: encoder-decoders, their training, and the search for their best
/// answer.
@NullMarked
package io.eddy.model.sequence;

import org.jspecify.annotations.NullMarked;
