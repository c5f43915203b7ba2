#pragma once

#include "abilities/run.h"
#include "server/config.h"

namespace cherub::server {

// The folder of the catalogue; empty: there is none.
std::string catalogue_folder(const Config& config);

// What a run is when nobody says otherwise, under this configuration.
abilities::RunRequest run_defaults(const Config& config);

}  // namespace cherub::server
