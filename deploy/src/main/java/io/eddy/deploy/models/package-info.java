/// An application's model versions, as its topics tell of them, for people and programs outside of
/// it.
@NullMarked
package io.eddy.deploy.models;

import org.jspecify.annotations.NullMarked;
