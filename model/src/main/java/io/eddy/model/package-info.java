/// The front door: what a key carries, and the engine that answers its events.
@NullMarked
package io.eddy.model;

import org.jspecify.annotations.NullMarked;
