package io.eddy.deploy.http;

import io.eddy.deploy.app.ExecutableApplication;

/// The application that is served, and what reads it.
record Attached(
    ExecutableApplication application,
    AnswerReader reader,
    KeyQueries queries,
    KeyViews keys,
    ModelsView models) {}
