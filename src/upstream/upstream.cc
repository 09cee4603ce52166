#include "upstream/upstream.h"

#include "upstream/serving.h"

namespace shootout::upstream {

Result<void> serve(const Options& options) {
  return serve_until_ended(options.address, options.port, {"shootout-upstream", [](const Request& request) {
                                                             return find_endpoint(request.method,
                                                                                  request.target);
                                                           }});
}

}  // namespace shootout::upstream
