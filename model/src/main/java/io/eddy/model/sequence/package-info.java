/// From sequences to sequences: language models, encoder-decoders, taggers, their training, and the
/// search for their best answer.
@NullMarked
package io.eddy.model.sequence;

import org.jspecify.annotations.NullMarked;
