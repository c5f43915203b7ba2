#pragma once

#include <string_view>

#include "abilities/run.h"
#include "engine/base/result.h"

namespace cherub::server {

// The body of POST /run. Beside what run_request_from_json reads, `render` says whether a person
// watches. Clients cannot choose where files go, nor which environment variable is a key: a URL
// that a client names gets CHERUB_CLIENT_KEY only, never the operator's own key. A goal that the
// built-in angel does not understand is refused here, before a run is made of it.
base::Result<abilities::RunRequest> read_run_body(std::string_view json,
                                                  const abilities::RunRequest& defaults);

// For a request whose provider's address may be a client's.
void settle_key(abilities::RunRequest& request, const abilities::RunRequest& defaults);

}  // namespace cherub::server
