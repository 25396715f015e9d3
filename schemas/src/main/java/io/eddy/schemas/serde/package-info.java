/// Serdes over the Schema Registry: our records by their schema, foreign records by their writer's.
@NullMarked
package io.eddy.schemas.serde;

import org.jspecify.annotations.NullMarked;
