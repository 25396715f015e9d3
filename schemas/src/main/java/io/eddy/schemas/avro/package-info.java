/// Records generated from `src/main/avro`, never edited; `null` stands where the schema says so.
@NullUnmarked
package io.eddy.schemas.avro;

import org.jspecify.annotations.NullUnmarked;
