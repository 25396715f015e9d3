/// Text in the stream: messages come in, a language model that remembers each key reads them, and
/// says how unexpected they were.
@NullMarked
package io.eddy.processors.text;

import org.jspecify.annotations.NullMarked;
