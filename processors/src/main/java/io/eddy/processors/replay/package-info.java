/// The processors without Kafka Streams around them: events that were answered are answered again.
@NullMarked
package io.eddy.processors.replay;

import org.jspecify.annotations.NullMarked;
