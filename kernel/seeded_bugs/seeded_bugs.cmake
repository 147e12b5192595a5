# Kernels that are wrong on purpose: what a line of seeded_bugs.txt says. NAME.cpp stands for the
# files of the column `replaces`, in the kernel that it means.
set(STAMPEDE_SEEDED_BUGS_TABLE ${CMAKE_CURRENT_LIST_DIR}/seeded_bugs.txt CACHE INTERNAL "")

# stampede_seeded_bug_names(OUT): all of them.
function(stampede_seeded_bug_names out)
  file(STRINGS ${STAMPEDE_SEEDED_BUGS_TABLE} lines REGEX "^[^#]")
  list(TRANSFORM lines REPLACE " .*" "" OUTPUT_VARIABLE names)
  set(${out} ${names} PARENT_SCOPE)
endfunction()

# stampede_seeded_bug(NAME POLICY_OUT FILES_OUT): the policy that its kernel has, and the files of
# kernel/ that NAME.cpp stands for.
function(stampede_seeded_bug name policy_out files_out)
  set(at "kernel/seeded_bugs/seeded_bugs.txt: ${name}")
  file(STRINGS ${STAMPEDE_SEEDED_BUGS_TABLE} line REGEX "^${name} ")
  if(NOT line MATCHES "^([a-z_0-9]+) \\| ([a-z_0-9/]+\\.cpp(, [a-z_0-9/]+\\.cpp)*)( of ([a-z_0-9]+))? \\| .+$")
    message(FATAL_ERROR "${at}: `${line}` is not one line `name | folder/file.cpp, … | …` or `name | folder/file.cpp, … of policy | …`")
  endif()
  string(REPLACE ", " ";" files "${CMAKE_MATCH_2}")
  set(policy kmem)
  if(CMAKE_MATCH_5)
    set(policy ${CMAKE_MATCH_5})
  endif()
  if(NOT policy IN_LIST STAMPEDE_POLICIES)
    message(FATAL_ERROR "${at} is of the policy ${policy}, which there is not")
  endif()
  foreach(file IN LISTS files)
    if(NOT EXISTS ${CMAKE_SOURCE_DIR}/kernel/${file})
      message(FATAL_ERROR "${at} replaces ${file}, which is not there")
    endif()
  endforeach()
  set(${policy_out} ${policy} PARENT_SCOPE)
  set(${files_out} ${files} PARENT_SCOPE)
endfunction()
