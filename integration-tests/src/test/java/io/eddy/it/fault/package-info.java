/// What must hold whatever fails: hostile input, killed processes, brokers that go away, full
/// disks.
///
/// What takes many minutes is tagged `faults` and runs by `mvn -Pfaults verify`.
@NullMarked
package io.eddy.it.fault;

import org.jspecify.annotations.NullMarked;
