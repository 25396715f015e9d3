/// What a key carries between events: its stores, and the codec of what is in them.
@NullMarked
package io.eddy.processors.state;

import org.jspecify.annotations.NullMarked;
