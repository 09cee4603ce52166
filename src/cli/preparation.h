// Making the environments that a selection needs, with progress for the person who waits.
#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "launch/docker_image.h"
#include "launch/environment.h"
#include "trial/selection.h"
#include "trial/stage.h"

namespace shootout::cli {

/// What a selection is started with.
struct Prepared {
  std::map<std::string, launch::Environment> environments;  ///< of what runs as a process
  trial::Containers containers;                             ///< of what runs in containers
};

/// Silent where all are there already; else says on stderr (a terminal, or CI) what is being made.
Result<Prepared> prepare_with_progress(const trial::Selection& selection, const launch::ImageOptions& images,
                                       bool quiet, bool force = false);

/// py-spy's environment (trial::profiler_tool()).
Result<launch::Environment> prepare_profiler(bool quiet);

}  // namespace shootout::cli
