/// Trainings on files, for applications that are to know something before their first event.
@NullMarked
package io.eddy.deploy.train;

import org.jspecify.annotations.NullMarked;
