/// Weights in files: safetensors, and what they say about their origin.
@NullMarked
package io.eddy.model.checkpoint;

import org.jspecify.annotations.NullMarked;
