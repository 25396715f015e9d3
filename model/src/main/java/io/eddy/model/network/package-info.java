/// Whole networks: what they are made of, their equations, their weights.
@NullMarked
package io.eddy.model.network;

import org.jspecify.annotations.NullMarked;
