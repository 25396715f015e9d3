/// A Kafka broker inside this process, for the demo and for tests.
@NullMarked
package io.eddy.deploy.broker;

import org.jspecify.annotations.NullMarked;
