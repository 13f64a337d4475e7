// SPDX-License-Identifier: Apache-2.0
// Answers of server reflection: see reflection_v1.h.
#include "server/shared/reflection_v1.h"

#include <algorithm>
#include <set>
#include <utility>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1/reflection.grpc.pb.h"

namespace aangan::server {
namespace {

namespace v1 = ::grpc::reflection::v1;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

// A file and all that it imports, each once.
void AddFile(const FileDescriptor* file, std::set<std::string>& added, v1::FileDescriptorResponse* out) {
  if (!added.insert(file->name()).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  out->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), added, out);
}

class Answers {
 public:
  explicit Answers(std::vector<std::string> services) : services_(std::move(services)) {
    // Naming a type of health.proto links its descriptor in: without it clients can not resolve the service they see.
    services_.push_back(grpc::health::v1::HealthCheckRequest::descriptor()->file()->service(0)->full_name());
    services_.push_back(v1::ServerReflectionRequest::descriptor()->file()->service(0)->full_name());
    std::sort(services_.begin(), services_.end());
  }

  v1::ServerReflectionResponse To(const v1::ServerReflectionRequest& request) const {
    v1::ServerReflectionResponse response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    const DescriptorPool* pool = DescriptorPool::generated_pool();
    switch (request.message_request_case()) {
      case v1::ServerReflectionRequest::kListServices:
        for (const std::string& name : services_)
          response.mutable_list_services_response()->add_service()->set_name(name);
        break;
      case v1::ServerReflectionRequest::kFileByFilename:
        PutFile(pool->FindFileByName(request.file_by_filename()), response);
        break;
      case v1::ServerReflectionRequest::kFileContainingSymbol:
        PutFile(pool->FindFileContainingSymbol(request.file_containing_symbol()), response);
        break;
      default:  // our files declare no extensions
        response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
        response.mutable_error_response()->set_error_message("there are no extensions");
    }
    return response;
  }

 private:
  static void PutFile(const FileDescriptor* file, v1::ServerReflectionResponse& response) {
    if (file == nullptr) {
      response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
      response.mutable_error_response()->set_error_message("there is no such file or symbol");
      return;
    }
    std::set<std::string> added;
    AddFile(file, added, response.mutable_file_descriptor_response());
  }
  std::vector<std::string> services_;
};

class Stream final : public grpc::ServerBidiReactor<v1::ServerReflectionRequest, v1::ServerReflectionResponse> {
 public:
  explicit Stream(const Answers* answers) : answers_(answers) { StartRead(&request_); }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_ = answers_->To(request_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client went away"));
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const Answers* const answers_;
  v1::ServerReflectionRequest request_;
  v1::ServerReflectionResponse response_;
};

class Reflection final : public v1::ServerReflection::CallbackService {
 public:
  explicit Reflection(std::vector<std::string> services) : answers_(std::move(services)) {}
  grpc::ServerBidiReactor<v1::ServerReflectionRequest, v1::ServerReflectionResponse>* ServerReflectionInfo(
      grpc::CallbackServerContext*) override {
    return new Stream(&answers_);
  }

 private:
  const Answers answers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeReflectionV1(std::vector<std::string> services) {
  return std::make_unique<Reflection>(std::move(services));
}

}  // namespace aangan::server
