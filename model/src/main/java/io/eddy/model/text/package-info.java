/// Text as numbers: tokens, where they lie in the text, and the vocabulary that numbers them.
@NullMarked
package io.eddy.model.text;

import org.jspecify.annotations.NullMarked;
