# SPDX-License-Identifier: Apache-2.0
# aangan_proto(NAME FILES a/b.proto ... [PUBLIC lib...]): messages of one package as `aangan::proto_NAME`.
# The target's property AANGAN_PROTO_FILES is the list. With GRPC, generated stubs become `aangan::proto_NAME_grpc`: only clients and tests link those; the servers are built
# from descriptors and never see a stub. Stubs are one unity; messages are not (protoc 3.21 repeats names of statics).
function(aangan_proto NAME)
  cmake_parse_arguments(P "GRPC" "" "FILES;PUBLIC" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  set(sources)
  set(stubs)
  foreach(file ${P_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    set(outputs ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    set(plugin)
    list(APPEND sources ${out}/${stem}.pb.cc)
    if(P_GRPC)
      list(APPEND outputs ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
      list(APPEND stubs ${out}/${stem}.grpc.pb.cc)
      set(plugin --grpc_out=${out} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(OUTPUT ${outputs}
      COMMAND ${PROTOC} -I ${CMAKE_SOURCE_DIR}/proto -I /usr/include --cpp_out=${out} ${plugin} ${CMAKE_SOURCE_DIR}/proto/${file}
      DEPENDS ${CMAKE_SOURCE_DIR}/proto/${file} VERBATIM)
  endforeach()
  add_library(aangan_proto_${NAME} ${sources})
  add_library(aangan::proto_${NAME} ALIAS aangan_proto_${NAME})
  target_include_directories(aangan_proto_${NAME} SYSTEM PUBLIC ${out})
  target_link_libraries(aangan_proto_${NAME} PUBLIC protobuf::libprotobuf ${P_PUBLIC})
  target_compile_options(aangan_proto_${NAME} PRIVATE -w)
  set_target_properties(aangan_proto_${NAME} PROPERTIES AANGAN_PROTO_FILES "${P_FILES}")
  if(P_GRPC)
    add_library(aangan_proto_${NAME}_grpc ${stubs})
    add_library(aangan::proto_${NAME}_grpc ALIAS aangan_proto_${NAME}_grpc)
    target_link_libraries(aangan_proto_${NAME}_grpc PUBLIC aangan_proto_${NAME} gRPC::grpc++)
    target_compile_options(aangan_proto_${NAME}_grpc PRIVATE -w)
    set_target_properties(aangan_proto_${NAME}_grpc PROPERTIES UNITY_BUILD ON)
  endif()
endfunction()

# aangan_descriptor_bytes(OUT SET name FILES a/b.proto ... HEADER declares/it.h SPACE namespace FUNCTION Name): a source, whose
# path goes into the variable OUT, with the serialised FileDescriptorSet of the files and their imports, with comments.
function(aangan_descriptor_bytes OUT)
  cmake_parse_arguments(D "" "SET;HEADER;SPACE;FUNCTION" "FILES" ${ARGN})
  set(set ${CMAKE_CURRENT_BINARY_DIR}/${D_SET}.binpb)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${D_SET}.cc)
  list(TRANSFORM D_FILES PREPEND ${CMAKE_SOURCE_DIR}/proto/ OUTPUT_VARIABLE paths)
  add_custom_command(OUTPUT ${set}
    COMMAND ${PROTOC} -I ${CMAKE_SOURCE_DIR}/proto -I /usr/include --include_imports --include_source_info
            --descriptor_set_out=${set} ${D_FILES}
    DEPENDS ${paths} VERBATIM)
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -D SET=${set} -D HEADER=${D_HEADER} -D SPACE=${D_SPACE} -D FUNCTION=${D_FUNCTION} -D OUT=${source}
            -P ${CMAKE_SOURCE_DIR}/cmake/descriptor_bytes.cmake
    DEPENDS ${set} ${CMAKE_SOURCE_DIR}/cmake/descriptor_bytes.cmake VERBATIM)
  set(${OUT} ${source} PARENT_SCOPE)
endfunction()
