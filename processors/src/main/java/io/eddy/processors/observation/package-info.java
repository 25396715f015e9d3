/// A record of the user's topic becomes a time and a value, or the reason why it does not.
@NullMarked
package io.eddy.processors.observation;

import org.jspecify.annotations.NullMarked;
