/// What messages are cut into: the bytes of their UTF-8, or words.
@NullMarked
package io.eddy.processors.token;

import org.jspecify.annotations.NullMarked;
