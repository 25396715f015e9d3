/// Words as vectors: learned from sentences, asked for neighbours and analogies, read and written.
@NullMarked
package io.eddy.model.embedding;

import org.jspecify.annotations.NullMarked;
